// expect: pass complete
// options: --mode exhaustive
// flags: -DLOCKSTEP_SYNC_EXPLORE -llockstep_sync
// As queue_async_push, with ends that belong to threads: who signals pushes in the place of a coroutine and takes the
// producers' end for that.
#include "queue_async_push.cpp"
