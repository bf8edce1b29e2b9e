// expect: fail kind=crash
// A thread asks an object for its lock that another one has taken away.
#include <atomic>
#include <mutex>
#include <thread>

struct account {
  std::mutex m;
  int balance = 0;
};

int main() {
  account a;
  std::atomic<account*> current{&a};
  std::thread closes([&] { current = nullptr; });
  std::thread deposits([&] {
    account* to = current;
    std::lock_guard lock(to->m);
    ++to->balance;
  });
  closes.join();
  deposits.join();
}
