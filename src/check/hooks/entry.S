// Entry stubs: exported names that store the callee-saved registers where the checker can see them (EntryFrame in
// fiber/fiber.h) and call lockstep_impl_<name>. Only operations that a spinning loop repeats need one.
        .text

        .macro  STUB name
        .p2align 4
        .globl  \name
        .type   \name, @function
\name:
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
        movq    %rsp, lockstep_entry(%rip)
        subq    $8, %rsp
        .cfi_adjust_cfa_offset 8
        call    lockstep_impl_\name
        // The callee has preserved what was pushed.
        addq    $56, %rsp
        .cfi_adjust_cfa_offset -56
        ret
        .cfi_endproc
        .size   \name, . - \name
        .endm

        .macro  ATOMIC bits
        STUB    __tsan_atomic\bits\()_load
        STUB    __tsan_atomic\bits\()_exchange
        STUB    __tsan_atomic\bits\()_fetch_add
        STUB    __tsan_atomic\bits\()_fetch_sub
        STUB    __tsan_atomic\bits\()_fetch_and
        STUB    __tsan_atomic\bits\()_fetch_or
        STUB    __tsan_atomic\bits\()_fetch_xor
        STUB    __tsan_atomic\bits\()_fetch_nand
        STUB    __tsan_atomic\bits\()_compare_exchange_strong
        STUB    __tsan_atomic\bits\()_compare_exchange_weak
        STUB    __tsan_atomic\bits\()_compare_exchange_val
        .endm

        ATOMIC  8
        ATOMIC  16
        ATOMIC  32
        ATOMIC  64
        ATOMIC  128

        STUB    pthread_mutex_lock
        STUB    pthread_mutex_trylock
        STUB    pthread_mutex_timedlock
        STUB    pthread_mutex_clocklock
        STUB    pthread_rwlock_tryrdlock
        STUB    pthread_rwlock_trywrlock
        STUB    pthread_rwlock_timedrdlock
        STUB    pthread_rwlock_timedwrlock
        STUB    pthread_rwlock_clockrdlock
        STUB    pthread_rwlock_clockwrlock
        STUB    pthread_spin_trylock
        STUB    pthread_tryjoin_np
        STUB    pthread_timedjoin_np
        STUB    pthread_clockjoin_np
        STUB    sem_trywait
        STUB    sem_timedwait
        STUB    sem_clockwait
        STUB    mtx_trylock
        STUB    mtx_timedlock
        STUB    syscall
        STUB    lockstep_runtime_lock
        STUB    lockstep_runtime_acquire

        .bss
        .p2align 3
        .globl  lockstep_entry
        .hidden lockstep_entry
        .type   lockstep_entry, @object
        .size   lockstep_entry, 8
lockstep_entry:
        .zero   8
        .section .note.GNU-stack,"",@progbits
