// expect: pass
// Two semaphores pass the turn to and fro; each has one waiter.
#include <cassert>
#include <semaphore>
#include <thread>

std::binary_semaphore ping(0), pong(0);
int value;

int main() {
  std::thread t([] {
    ping.acquire();
    value += 1;
    pong.release();
  });
  value = 1;
  ping.release();
  pong.acquire();
  assert(value == 2);
  t.join();
}
