"""The contract and the trusted base: certificates, their files and the checker."""
