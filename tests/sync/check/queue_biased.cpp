// expect: pass complete
// options: --mode exhaustive
// flags: -DLOCKSTEP_SYNC_EXPLORE -llockstep_sync
// As queue_blocking, with ends that belong to their threads: a claim by a plain store and a wait for it meet.
#include "queue_blocking.cpp"
