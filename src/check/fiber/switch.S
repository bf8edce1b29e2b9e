// void lockstep_switch(void** save_sp, void* new_sp, uint64_t new_fs): see fiber.h.
// The thread pointer is written by wrfsbase where kernel and processor allow it, else by a system call.
// The frame of a fresh fiber returns into lockstep_fiber_start, whose undefined return address ends every unwind.
        .text
        .p2align 4
        .globl  lockstep_switch
        .hidden lockstep_switch
        .type   lockstep_switch, @function
lockstep_switch:
        .cfi_startproc
        pushq   %rbp
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset rbp, 0
        pushq   %rbx
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset rbx, 0
        pushq   %r12
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset r12, 0
        pushq   %r13
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset r13, 0
        pushq   %r14
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset r14, 0
        pushq   %r15
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset r15, 0
        movq    %rsp, (%rdi)
        movq    %rsi, %rsp
        cmpb    $0, lockstep_has_fsgsbase(%rip)
        je      1f
        wrfsbase %rdx
2:      .cfi_remember_state
        popq    %r15
        popq    %r14
        popq    %r13
        popq    %r12
        popq    %rbx
        popq    %rbp
        .cfi_def_cfa_offset 8
        ret
        .cfi_restore_state
        // arch_prctl(ARCH_SET_FS, new_fs). What it clobbers nobody who calls a function keeps.
1:      movl    $0x1002, %edi
        movq    %rdx, %rsi
        movl    $158, %eax
        syscall
        jmp     2b
        .cfi_endproc
        .size   lockstep_switch, . - lockstep_switch

        .p2align 4
        .globl  lockstep_fiber_start
        .hidden lockstep_fiber_start
        .type   lockstep_fiber_start, @function
lockstep_fiber_start:
        .cfi_startproc
        .cfi_undefined rip
        .cfi_undefined rbp
        movq    %r12, %rdi
        xorl    %ebp, %ebp
        callq   *%r13
        ud2
        .cfi_endproc
        .size   lockstep_fiber_start, . - lockstep_fiber_start

// void lockstep_clear_below(size_t bytes): zeroes so many bytes (a multiple of 8) below the caller's frame.
        .p2align 4
        .globl  lockstep_clear_below
        .hidden lockstep_clear_below
        .type   lockstep_clear_below, @function
lockstep_clear_below:
        .cfi_startproc
        movq    %rdi, %rcx
        movq    %rsp, %rdi
        subq    %rcx, %rdi
        shrq    $3, %rcx
        xorl    %eax, %eax
        rep stosq
        ret
        .cfi_endproc
        .size   lockstep_clear_below, . - lockstep_clear_below

// void lockstep_clear_few(): the same for 256 bytes, in the way of every memory access.
        .p2align 4
        .globl  lockstep_clear_few
        .hidden lockstep_clear_few
        .type   lockstep_clear_few, @function
lockstep_clear_few:
        .cfi_startproc
        pxor    %xmm0, %xmm0
        .set    offset, -256
        .rept   16
        movups  %xmm0, offset(%rsp)
        .set    offset, offset + 16
        .endr
        ret
        .cfi_endproc
        .size   lockstep_clear_few, . - lockstep_clear_few

        // bool lockstep_has_fsgsbase: see fiber.h.
        .bss
        .globl  lockstep_has_fsgsbase
        .hidden lockstep_has_fsgsbase
        .type   lockstep_has_fsgsbase, @object
        .size   lockstep_has_fsgsbase, 1
lockstep_has_fsgsbase:
        .zero   1
        .section .note.GNU-stack,"",@progbits
