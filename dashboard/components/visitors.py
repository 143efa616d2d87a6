"""Who a visitor of a class is: known by a cookie or Streamlit's own login, across reloads.

The cookie holds a random secret; what is kept on the machine and shown to a teacher is a digest of
it, with which nobody gets in. A script in the page sets the cookie, for the server cannot: scripts
can read it too (it is not HttpOnly). A teacher's cookie holds a digest of the token and the secret.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from urllib.parse import quote, unquote

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from ae_core.files import one_line
from ae_core.jobs.owners import Visitor
from ae_core.machine import settings
from dashboard.components import web, widgets
from dashboard.i18n import as_text, t

COOKIES = {"secret": "ae_visitor", "name": "ae_name", "teacher": "ae_teacher"}
PARAMETER = "teacher"  # of an address: the token, which is taken out of it at once
LONGEST = 40  # letters of a name
_SOUND = re.compile(r"[A-Za-z0-9_-]{22,64}")
_COOKIES = web.component("cookies", js="cookies.js")
_STATE = "visitor_{}"  # in the session, by the keys of COOKIES


def asking() -> Visitor | None:
    """Return the visitor of this run of a page; None where there is no class, or no visitor."""
    now = settings.read()
    if not now.classroom or get_script_run_ctx() is None:
        return None
    secret, name = _identity()
    proof = st.session_state[_STATE.format("teacher")].encode()
    teacher = bool(now.teacher_token) and hmac.compare_digest(proof, _proof(secret).encode())
    return Visitor(hashlib.sha256(secret.encode()).hexdigest()[:16], name, teacher)


def arrive() -> None:
    """Take a teacher's token out of the address; before anything else reads that."""
    if settings.read().classroom and PARAMETER in st.query_params:
        given = st.query_params[PARAMETER]
        del st.query_params[PARAMETER]
        _take(given)


def menu() -> None:
    """Draw who one is, and where a teacher says so; in a class only."""
    who = asking()
    if who is None:
        return
    with st.container(key="visitor", width="content"):
        icon = ":material/school:" if who.teacher else ":material/person:"
        words = as_text(who.name or t("visitor.unnamed"))
        with st.popover(words, icon=icon, key="visitor_menu", type="tertiary"):
            st.caption(t("visitor.about"))
            _account(who)
            if who.teacher:
                st.markdown(t("visitor.is_teacher"))
                widgets.button("visitor.leave", "logout", on_click=_take, args=("",))
            elif settings.read().teacher_token:
                how = {"type": "password", "on_change": _entered, "persist_state": None}
                widgets.text("visitor.token", autocomplete="off", **how)
                if st.session_state.pop("visitor_refused", False):
                    st.error(t("visitor.refused"), icon=":material/error:")
    kept = {name: quote(st.session_state.get(_STATE.format(name), "")) for name in COOKIES}
    _COOKIES(key="visitor_cookies", data={"names": COOKIES, "kept": kept}, on_other_change=_other)


def _account(who: Visitor) -> None:
    """Draw the field for a name; where a login is configured, the button for it too."""
    user = st.user.to_dict()
    if user.get("is_logged_in"):
        widgets.button("visitor.log_out", "logout", on_click=st.logout)
        return
    if "is_logged_in" in user:
        widgets.button("visitor.log_in", "login", on_click=st.login)
    st.session_state.setdefault("visitor_given", who.name)
    widgets.text("visitor.given", max_chars=LONGEST, on_change=_named, persist_state=None)


def said() -> str:
    """Return who asks, for the log of what was started, stopped and deleted."""
    place = f"visitor at {st.context.ip_address or 'this machine'}"
    who = asking()
    return place if who is None else f"{who.name or 'visitor'} ({who.id}), {place}"


def words(made_by: Visitor | None) -> str:
    """Return whose something is, for a teacher who looks at others'; else ""."""
    who = asking()
    if who is None or not who.teacher or made_by is None or made_by.id == who.id:
        return ""
    return made_by.name or t("visitor.number", id=made_by.id[:6])


def _identity() -> tuple[str, str]:
    """Return what only this visitor knows, and the name that they gave."""
    state = st.session_state
    secret, name, teacher = (_STATE.format(key) for key in COOKIES)
    if secret not in state:
        found = {key: unquote(st.context.cookies.get(of, "")) for key, of in COOKIES.items()}
        known = _SOUND.fullmatch(found["secret"])
        state[secret] = found["secret"] if known else secrets.token_urlsafe(24)
        state[name], state[teacher] = _clean(found["name"]), found["teacher"]
    return _login() or (state[secret], state[name])


def _login() -> tuple[str, str] | None:
    """Return who logged in by Streamlit's own login, None where that is not configured or used."""
    user = st.user.to_dict()
    if not user.get("is_logged_in"):
        return None
    account = "\n".join(str(user.get(claim) or "") for claim in ("iss", "sub", "email"))
    return account, _clean(str(user.get("name") or user.get("email") or ""))


def _proof(secret: str) -> str:
    """Return what shows that a visitor has said the token that holds now."""
    token = settings.read().teacher_token
    return hmac.new(token.encode(), secret.encode(), hashlib.sha256).hexdigest()


def _take(given: str) -> None:
    token = settings.read().teacher_token
    sound = bool(token) and hmac.compare_digest(given.strip().encode(), token.encode())
    secret, _ = _identity()
    st.session_state[_STATE.format("teacher")] = _proof(secret) if sound else ""
    st.session_state["visitor_refused"] = bool(given) and not sound


def _entered() -> None:
    _take(st.session_state["visitor_token"])
    st.session_state["visitor_token"] = ""


def _named() -> None:
    st.session_state[_STATE.format("name")] = _clean(st.session_state["visitor_given"])


def _other() -> None:
    """Another tab of this browser came first: its cookie holds for this one too."""
    other = st.session_state["visitor_cookies"].get("other")
    if isinstance(other, str) and _SOUND.fullmatch(other):
        st.session_state[_STATE.format("secret")] = other


def _clean(name: str) -> str:
    return one_line(name)[:LONGEST]
