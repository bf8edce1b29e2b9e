// The debugger's half of `lockstep replay --gdb`, as bytes of the binary.
        .section .rodata
        .global lockstep_gdb_begin
        .global lockstep_gdb_end
lockstep_gdb_begin:
        .incbin LOCKSTEP_GDB_SCRIPT
lockstep_gdb_end:
        .byte 0
        .section .note.GNU-stack, "", @progbits
