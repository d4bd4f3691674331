"""A page of Chromium that is driven: keys, pictures, widths. Over a pipe, so nothing is needed."""

import base64
import fcntl
import json
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, final

from tests.browser.chromium import FLAGS, SECONDS, executable

HERE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"  # no other machine is found
KEYS = {"ArrowRight": 39, "ArrowLeft": 37, "ArrowDown": 40, "Tab": 9, "Enter": 13, "End": 35}


@final
class Page:
    """One tab, by the browser's own protocol. Raises TimeoutError where nothing is answered."""

    def __init__(self, out: int, answers: int) -> None:
        self._out, self._answers, self._rest = out, answers, b""
        self._count, self._session = 0, ""
        self.console: list[str] = []
        self.requests: list[str] = []
        target = self._ask("Target.createTarget", url="about:blank")["targetId"]
        attached = self._ask("Target.attachToTarget", targetId=target, flatten=True)
        self._session, self._target = attached["sessionId"], target
        for domain in ("Page", "Runtime", "Network", "Log"):
            self._ask(f"{domain}.enable")

    def open(self, address: str, width: int = 1280, height: int = 1000, dark: bool = False) -> None:
        """The page at this width, in a light or dark scheme."""
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._ask("Emulation.setEmulatedMedia", features=[scheme])
        self._ask(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 600,
        )
        self._ask("Page.navigate", url=address)

    def value(self, script: str) -> Any:
        """What a script gives."""
        found = self._ask("Runtime.evaluate", expression=script, returnByValue=True)
        return found["result"].get("value")

    def wait(self, script: str, seconds: float = 60) -> Any:
        """What a script gives, once that is true."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if found := self.value(script):
                return found
            time.sleep(0.1)
        raise TimeoutError(
            f"never true: {script}; the page says {self.value('document.body.innerText')}"
        )

    def press(self, key: str, times: int = 1) -> None:
        """A key, as from the keyboard."""
        for _ in range(times):
            for kind in ("keyDown", "keyUp"):
                self._ask(
                    "Input.dispatchKeyEvent",
                    type=kind,
                    key=key,
                    code=key,
                    windowsVirtualKeyCode=KEYS[key],
                    **({"text": "\r"} if key == "Enter" and kind == "keyDown" else {}),
                )

    def write(self, text: str) -> None:
        """Text where the focus is."""
        self._ask("Input.insertText", text=text)

    def picture(self, target: Path) -> None:
        """The whole page as it stands."""
        data = self._ask("Page.captureScreenshot", captureBeyondViewport=True)["data"]
        target.write_bytes(base64.b64decode(data))

    def close(self) -> None:
        self._session = ""
        self._ask("Target.closeTarget", targetId=self._target)

    def _ask(self, method: str, **given: Any) -> dict[str, Any]:
        self._count += 1
        message: dict[str, Any] = {"id": self._count, "method": method, "params": given}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        while True:
            told = self._next()
            if told.get("id") == self._count:
                if "error" in told:
                    raise RuntimeError(f"{method}: {told['error']}")
                result: dict[str, Any] = told["result"]
                return result
            self._note(told.get("method", ""), told.get("params", {}))

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            part = os.read(self._answers, 1 << 16)
            if not part:
                raise TimeoutError("the browser has ended")
            self._rest += part
        line, _, self._rest = self._rest.partition(b"\0")
        told: dict[str, Any] = json.loads(line)
        return told

    def _note(self, method: str, told: dict[str, Any]) -> None:
        if method == "Network.requestWillBeSent":
            self.requests.append(told["request"]["url"])
        elif method in ("Runtime.exceptionThrown", "Log.entryAdded", "Runtime.consoleAPICalled"):
            self.console.append(json.dumps(told)[:500])


@contextmanager
def page() -> Iterator[Page]:
    """A browser with one page, ended afterwards."""
    browser = executable()
    if browser is None:
        raise RuntimeError("no browser is installed")
    (read_end, ours_out), (ours_in, write_end) = os.pipe(), os.pipe()
    # clear of 3 and 4, where the browser looks for them
    theirs_in, theirs_out = (fcntl.fcntl(end, fcntl.F_DUPFD, 10) for end in (read_end, write_end))
    os.close(read_end)
    os.close(write_end)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        command = [
            browser,
            *FLAGS,
            HERE,
            f"--user-data-dir={folder}/profile",
            "--remote-debugging-pipe",
        ]
        run = subprocess.Popen(
            command,
            pass_fds=(3, 4),
            preexec_fn=lambda: (os.dup2(theirs_in, 3), os.dup2(theirs_out, 4)),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "HOME": folder},
        )
        os.close(theirs_in)
        os.close(theirs_out)
        try:
            yield Page(ours_out, ours_in)
        finally:
            run.terminate()
            run.wait(SECONDS)
            os.close(ours_out)
            os.close(ours_in)
