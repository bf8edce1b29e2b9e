// expect: fail kind=deadlock
// Two semaphores used as locks, in opposite orders.
#include <semaphore>
#include <thread>

std::binary_semaphore a(1), b(1);

int main() {
  std::thread t([] {
    a.acquire();
    b.acquire();
    b.release();
    a.release();
  });
  b.acquire();
  a.acquire();
  a.release();
  b.release();
  t.join();
}
