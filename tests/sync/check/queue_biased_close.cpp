// expect: pass complete
// options: --mode exhaustive
// flags: -DLOCKSTEP_SYNC_EXPLORE -llockstep_sync
// As queue_close_full, with ends that belong to threads: close() takes the producers' end from its owner.
#include "queue_close_full.cpp"
