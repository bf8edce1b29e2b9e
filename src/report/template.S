// The page's template, made by web/build.mjs, as bytes of the binary.
        .section .rodata
        .global lockstep_page_begin
        .global lockstep_page_end
lockstep_page_begin:
        .incbin LOCKSTEP_PAGE
lockstep_page_end:
        .byte 0
        .section .note.GNU-stack, "", @progbits
