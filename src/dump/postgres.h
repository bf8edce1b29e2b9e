// Who waits for whom in a PostgreSQL server, from pg_stat_activity, pg_locks and pg_blocking_pids.
//
// libpq is loaded when it is asked for, so that nothing else of Lockstep needs it. The one query that is run reads
// views and waits for nothing. Thread safety: one call at a time. Throws host::UserError: exit status 2 for a server
// that cannot be reached, 5 where the library or a permission is missing.
#pragma once

#include <string>

#include "dump/picture.h"

namespace lockstep::dump {

Picture dump_postgres(const std::string& conninfo);

}  // namespace lockstep::dump
