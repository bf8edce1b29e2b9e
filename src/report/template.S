// The page's template, made by web/build.mjs, as bytes of the binary.
        .section .rodata
        .global kLockstepPageBegin
        .global kLockstepPageEnd
kLockstepPageBegin:
        .incbin LOCKSTEP_PAGE
kLockstepPageEnd:
        .byte 0
        .section .note.GNU-stack, "", @progbits
