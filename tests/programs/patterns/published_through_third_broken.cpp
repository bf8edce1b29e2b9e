// expect: fail kind=data-race pattern=unsafe-publication object=message
// The thread between passes the news on, but no order with it.
// fixed: pass
#include <atomic>
#include <cassert>
#include <thread>

int message = 0;
std::atomic<bool> written{false};
std::atomic<bool> passed_on{false};

int main() {
  std::thread author([] {
    message = 7;
    written.store(true, std::memory_order_release);
  });
  std::thread courier([] {
    if (written.load(std::memory_order_relaxed)) passed_on.store(true, std::memory_order_release);
  });
  if (passed_on.load(std::memory_order_acquire)) assert(message == 7);
  author.join();
  courier.join();
}
