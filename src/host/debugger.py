"""gdb's half of `lockstep replay --gdb` (src/host/debugger.h).

The runtime calls lockstep_debugger_stop(segment, stop) at each step of the report. A breakpoint there is where gdb gets
control; what the user then sees is the frame of the program's own code. The threads of the program are fibers: those that
do not run have their registers on their stacks (src/check/fiber/switch.S).
"""
import contextlib
import json
import os
import shlex
import struct

import gdb

with open("/proc/self/fd/%d" % lockstep_fds[1], "rb") as _file:  # noqa: F821 (gdb was started with it)
    DATA = json.load(_file)
for _fd in lockstep_fds:  # noqa: F821
    os.close(_fd)

STEPS = DATA["steps"]
STEP_OF_STOP = {s["stop"]: s for s in STEPS if s["stop"] is not None}
NO_STOP = 0xFFFFFFFF
NO_THREAD = 0xFFFF
RUNTIMES = ("libtsan.so", "libclang_rt.tsan", "liblockstep_check.so")
STATES = ("not started", "runnable", "blocked", "finished")
# In the order in which lockstep_switch pushes them; the return address comes before.
SAVED = ("r15", "r14", "r13", "r12", "rbx", "rbp", "rip")


class State:
    """Where the execution is."""

    segment = None
    stop = None  # the number of the stop, None: not at one
    reached = None  # the last stop
    target = None  # the stop to go on to
    breakpoint = None
    tell = False  # a stop was reached and is to be told


def step_now():
    return STEP_OF_STOP.get(State.reached)


def step_text(step):
    text = "step %d of %d: %s %s" % (step["n"], len(STEPS), step["thread"], step["action"])
    return text + (" (%s)" % step["why"] if step["why"] else "")


def is_runtime(pc):
    path = gdb.solib_name(pc)
    return path is not None and os.path.basename(path).startswith(RUNTIMES)


def frames_from(frame):
    while frame is not None:
        yield frame
        frame = frame.older()


def is_users(frame):
    symtab = frame.find_sal().symtab
    if symtab is None or is_runtime(frame.pc()):
        return False
    return not symtab.fullname().startswith(("/usr/include/", "/usr/lib/", "/usr/src/"))


def users_frame(step):
    """The frame that the step names, else the innermost one of the user's code, else None."""
    users = [f for f in frames_from(gdb.newest_frame()) if is_users(f)]
    for frame in users:
        sal = frame.find_sal()
        if step and sal.line == step["line"] and os.path.basename(sal.symtab.filename) == os.path.basename(step["file"]):
            return frame
    return users[0] if users else None


class StepBreakpoint(gdb.Breakpoint):
    """Where the runtime hands over."""

    def __init__(self):
        super().__init__("lockstep_debugger_stop", internal=True)
        self.silent = True  # `announce` says where it is

    def stop(self):
        frame = gdb.newest_frame()
        State.segment = int(frame.read_register("rdi")) & (2**64 - 1)
        State.stop = int(frame.read_register("rsi")) & 0xFFFFFFFF
        if State.stop != NO_STOP and State.target is not None and State.stop != State.target:
            return False
        State.target = None
        State.reached = State.stop
        State.tell = True
        return True


def on_new_objfile(event):
    if State.breakpoint is None and os.path.basename(event.new_objfile.filename).startswith(RUNTIMES):
        State.breakpoint = StepBreakpoint()


def on_stop(event):
    # Steps are told by `announce`; other stops (the user's breakpoints, `next`) are gdb's.
    if State.tell:
        State.tell = False
        announce()
    else:
        State.stop = None


def announce():
    if State.stop == NO_STOP:
        print("The program has left the recorded execution: it did something else than in the trace.")
        return
    step = step_now()
    print(step_text(step))
    frame = users_frame(step)
    if frame is not None:
        frame.select()
        gdb.execute("frame")


def on_exit(event):
    State.stop = State.reached = None
    print("The execution has ended. %s" % DATA["summary"])
    print("`run` starts it again.")


class Inside:
    """Hides the checker's own frames from `bt`."""

    def __init__(self):
        self.name = "lockstep"
        self.priority = 100
        self.enabled = True
        gdb.frame_filters[self.name] = self

    def filter(self, frames):
        for decorator in frames:
            if not is_runtime(decorator.inferior_frame().pc()):
                yield decorator


def read(offset, form):
    size = struct.calcsize(form)
    memory = gdb.selected_inferior().read_memory(State.segment + offset, size)
    return struct.unpack(form, memory.tobytes())[0]


class Thread:
    """A thread of the program as the runtime describes it at a stop."""

    def __init__(self, number):
        layout = DATA["layout"]
        at = layout["threads"] + number * layout["thread_size"]
        names = DATA["threads"]
        self.number = number
        self.name = names[number] if number < len(names) else "thread %d" % number
        self.state = STATES[read(at + layout["state"], "<B")]
        self.op = read(at + layout["wait_op"], "<B")
        self.address = read(at + layout["wait_addr"], "<Q")
        self.holder = read(at + layout["wait_holder"], "<H")
        self.saved_sp = read(at + layout["saved_sp"], "<Q")

    def running(self):
        return self.saved_sp == 0 and self.state != "finished"

    def does(self):
        if self.running():
            return "runs"
        if self.state != "blocked":
            return self.state
        holder = DATA["threads"][self.holder] if self.holder < len(DATA["threads"]) else None
        operation = DATA["operations"][self.op]
        if operation == "join":
            return "waits for the end of %s" % (holder or "a thread")
        text = "waits for `%s` (%s)" % (DATA["objects"].get(str(self.address), "an object"), operation)
        if self.holder == self.number:
            text += ", which it holds itself"
        elif holder:
            text += ", which %s holds" % holder
        return text


def threads():
    count = read(DATA["layout"]["thread_count"], "<I")
    return [Thread(i) for i in range(count)]


@contextlib.contextmanager
def context_of(thread):
    """gdb looks at this thread, with its registers; at the running one again afterwards."""
    gdb.execute("thread 1", to_string=True)  # the kernel's thread that runs all of them
    selected = gdb.selected_frame().level()
    newest = gdb.newest_frame()
    newest.select()
    before = {r: int(newest.read_register(r)) & (2**64 - 1) for r in SAVED + ("rsp",)}
    values = before
    if thread.saved_sp:
        saved = struct.unpack("<7Q", gdb.selected_inferior().read_memory(thread.saved_sp, 56).tobytes())
        values = dict(zip(SAVED, saved))
        values["rsp"] = thread.saved_sp + 56

    def set_registers(values):
        for register, value in values.items():
            gdb.execute("set var $%s = %d" % (register, value))

    try:
        if thread.saved_sp:
            set_registers(values)
        yield
    finally:
        gdb.newest_frame().select()
        if thread.saved_sp:
            set_registers(before)
        for frame in frames_from(gdb.newest_frame()):
            if frame.level() == selected:
                frame.select()


def print_stack(thread, whole):
    with context_of(thread):
        if whole:
            print(gdb.execute("bt", to_string=True), end="")
            return
        for frame in frames_from(gdb.newest_frame()):
            if is_users(frame):
                sal = frame.find_sal()
                print("      %s at %s:%d" % (frame.name(), os.path.basename(sal.symtab.filename), sal.line))


def at_a_stop():
    if State.stop is None or State.segment is None:
        raise gdb.GdbError("The execution is not at a step of the report; `continue` goes to the next one.")


class Lockstep(gdb.Command):
    """The recorded execution: its steps and the program's threads.

    lockstep where        the steps, and which of them this is
    lockstep step N       go to step N, from the start if it has passed
    lockstep out          finish the operation of the step (`next` and `step` do so first)
    lockstep threads      the program's threads: what each waits for, and its stack
    lockstep threads T    the whole stack of one, by name or number"""

    def __init__(self):
        super().__init__("lockstep", gdb.COMMAND_RUNNING, gdb.COMPLETE_NONE, True)

    def invoke(self, argument, from_tty):
        print(self.__doc__)


class Where(gdb.Command):
    """The steps of the report, and which of them this is."""

    def __init__(self):
        super().__init__("lockstep where", gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        now = step_now()
        for step in STEPS:
            place = "%s:%d" % (os.path.basename(step["file"]), step["line"]) if step["file"] else ""
            mark = ">" if step is now else " "
            print("%s %3d  %s %s  %s" % (mark, step["n"], step["thread"], step["action"], place))


class Step(gdb.Command):
    """Go to step N of the report. A step that has passed is reached from the start again."""

    def __init__(self):
        super().__init__("lockstep step", gdb.COMMAND_RUNNING)

    def invoke(self, argument, from_tty):
        try:
            step = next(s for s in STEPS if s["n"] == int(argument))
        except (ValueError, StopIteration):
            raise gdb.GdbError("There are steps 1 to %d; write for example: lockstep step 2" % len(STEPS)) from None
        if step["stop"] is None:
            raise gdb.GdbError("Step %d is where memory came from or went to; there is no stop there." % step["n"])
        alive = gdb.selected_inferior().pid != 0
        State.target = step["stop"]
        ahead = alive and State.reached is not None and State.reached < step["stop"]
        gdb.execute("continue" if ahead else "run")


class Out(gdb.Command):
    """Finish the operation of the step, and stop behind it in the program's own code. `next` and `step` do that first."""

    def __init__(self):
        super().__init__("lockstep out", gdb.COMMAND_RUNNING)

    def invoke(self, argument, from_tty):
        if State.stop is None:
            return
        step = step_now()
        if step and step["waits"]:
            raise gdb.GdbError("%s waits here for ever; `continue` goes to the next step." % step["thread"])
        frame = users_frame(step)
        if frame is None:
            return
        behind = gdb.Breakpoint("*%d" % frame.pc(), internal=True)
        behind.silent = True
        gdb.execute("continue", to_string=True)
        behind.delete()
        if gdb.selected_inferior().pid == 0:
            raise gdb.GdbError("The execution has ended with this operation. `run` starts it again.")
        frame = users_frame(step)
        if from_tty and frame is not None:
            frame.select()
            gdb.execute("frame")


class Threads(gdb.Command):
    """The program's threads: what each does or waits for, and its stack. With a name or number: all of one's stack."""

    def __init__(self):
        super().__init__("lockstep threads", gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        at_a_stop()
        wanted = argument.split()
        if wanted and wanted[-1] == "bt":
            wanted.pop()
        if wanted:
            self.one(" ".join(wanted))
            return
        for thread in threads():
            self.head(thread)
            if thread.state != "finished":
                print_stack(thread, False)

    def head(self, thread):
        print("%s %3d  %s  %s" % ("*" if thread.running() else " ", thread.number, thread.name, thread.does()))

    def one(self, wanted):
        for thread in threads():
            if wanted in (str(thread.number), thread.name):
                self.head(thread)
                if thread.state != "finished":
                    print_stack(thread, True)
                return
        raise gdb.GdbError("There is no thread %s; `lockstep threads` lists them." % wanted)


def start():
    os.environ["SHELL"] = "/bin/sh"
    for setting in ("confirm off", "print thread-events off", "print inferior-events off", "disable-randomization on",
                    "startup-with-shell on", "libthread-db-search-path /nowhere", "follow-fork-mode parent", "detach-on-fork on",
                    "exec-wrapper " + " ".join(shlex.quote(w) for w in DATA["wrapper"])):
        gdb.execute("set " + setting)
    gdb.execute("file " + shlex.quote(DATA["program"]), to_string=True)
    if DATA["arguments"]:
        gdb.execute("set args " + " ".join(shlex.quote(a) for a in DATA["arguments"]))
    # The runtime handles these itself: writes to watched memory, and crashes, which are findings.
    for signal in ("SIGSEGV", "SIGBUS", "SIGFPE", "SIGILL", "SIGABRT", "SIGSYS"):
        gdb.execute("handle %s nostop noprint pass" % signal, to_string=True)
    gdb.events.new_objfile.connect(on_new_objfile)
    gdb.events.stop.connect(on_stop)
    gdb.events.exited.connect(on_exit)
    Inside()
    for command in (Lockstep, Where, Step, Out, Threads):
        command()
    for command in ("next", "step", "nexti", "stepi", "until"):
        gdb.execute("define hook-%s\nlockstep out\nend" % command)
    print(DATA["summary"])
    print("`continue` goes from step to step, `lockstep` says what else there is.")
    gdb.execute("run")


start()
