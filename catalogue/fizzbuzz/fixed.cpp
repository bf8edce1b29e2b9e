// Everybody looks after each step; everybody sees the end.
#include <cassert>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

constexpr int kLast = 3;
std::mutex mutex;
std::condition_variable changed;
int current = 1;
std::string output;

template <class Mine>
void count(Mine mine, const char* word) {
  for (;;) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return current > kLast || mine(current); });
    if (current > kLast) return;
    output += word != nullptr ? word : std::to_string(current);
    ++current;
    changed.notify_all();
  }
}

int main() {
  std::thread fizz([] { count([](int n) { return n % 3 == 0 && n % 5 != 0; }, "fizz"); });
  std::thread buzz([] { count([](int n) { return n % 5 == 0 && n % 3 != 0; }, "buzz"); });
  count([](int n) { return n % 3 != 0 && n % 5 != 0; }, nullptr);
  fizz.join();
  buzz.join();
  assert(output == "12fizz");
}
