// expect: fail kind=assertion
// options: --mode exhaustive
// flags: -llockstep_async_checked -llockstep_sync -luring -ldw
// Two clients want the last ticket. The server looks whether one is left, has it paid for, and takes it then. It is one
// thread, and still: while it waits for the bank, the other client's request may come and find the ticket there.
#include <cassert>

#include "lockstep/async/run.h"
#include "lockstep/async/scope.h"
#include "lockstep/async/socket.h"

using namespace lockstep::async;

int tickets = 1;
int sold = 0;

task<> charge(address bank) {
  stream s = co_await connect(bank);
  char receipt[1];
  co_await s.read_some(receipt);
}

task<> serve(stream client, address bank) {
  char request[1];
  co_await client.read_some(request);
  if (tickets > 0) {
    co_await charge(bank);
    --tickets;
    ++sold;
  }
}

task<> buy(address server) {
  stream s = co_await connect(server);
  co_await s.write("1");
  char end[1];
  co_await s.read_some(end);
}

task<> program() {
  listener bank = listen(address::loopback(1));
  listener server = listen(address::loopback(2));
  co_await with_scope([&](scope& s) -> task<> {
    s.spawn([](listener& l) -> task<> {
      for (;;) co_await l.accept();  // paid: the connection ends
    }(bank));
    co_await with_scope([&](scope& shop) -> task<> {
      for (int i = 0; i < 2; ++i) shop.spawn(buy(server.local_address()));
      for (int i = 0; i < 2; ++i) shop.spawn(serve(co_await server.accept(), bank.local_address()));
    });
    s.cancel();
  });
  assert(sold <= 1);
}

int main() { run(program(), {.backend = backend_kind::simulated, .virtual_time = true}); }
