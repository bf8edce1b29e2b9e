// void lockstep_debugger_stop(const Segment*, uint32_t stop): a debugger has a breakpoint here (record/debugger.h). A
// function of its own file, without a prologue, so that its arguments are in their registers at the breakpoint.
        .text
        .p2align 4
        .globl  lockstep_debugger_stop
        .type   lockstep_debugger_stop, @function
lockstep_debugger_stop:
        .cfi_startproc
        ret
        .cfi_endproc
        .size   lockstep_debugger_stop, . - lockstep_debugger_stop
        .section .note.GNU-stack,"",@progbits
