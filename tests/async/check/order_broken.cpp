// expect: fail kind=assertion
// options: --mode exhaustive
// flags: -llockstep_async_checked -llockstep_sync -luring -ldw
// Two clients set a value, the second one later: so it is thought, because it connects later. Run by itself the program
// agrees each time; the network need not.
#include <cassert>

#include "lockstep/async/run.h"
#include "lockstep/async/scope.h"
#include "lockstep/async/socket.h"

using namespace lockstep::async;

char value = '0';

task<> set(address server, char to) {
  stream s = co_await connect(server);
  co_await s.write({&to, 1});
}
task<> serve(stream client) {
  char request[1];
  co_await client.read_some(request);
  value = request[0];
}

task<> program() {
  listener l = listen(address::loopback());
  co_await with_scope([&](scope& s) -> task<> {
    s.spawn(set(l.local_address(), '1'));
    s.spawn(set(l.local_address(), '2'));
    for (int i = 0; i < 2; ++i) s.spawn(serve(co_await l.accept()));
  });
  assert(value == '2');
}

int main() { run(program(), {.backend = backend_kind::simulated, .virtual_time = true}); }
