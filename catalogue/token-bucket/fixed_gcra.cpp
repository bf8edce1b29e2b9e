// The bucket is one number: the time until which it is used up. A request moves it on by the time of one token.
#include <algorithm>
#include <atomic>
#include <cassert>
#include <thread>

constexpr int kInterval = 1;
std::atomic<int> used_until{0};

bool take(int now) {
  int seen = used_until.load();
  for (;;) {
    const int start = std::max(seen, now - kInterval);  // at most one token is saved up
    if (start + kInterval > now) return false;
    if (used_until.compare_exchange_weak(seen, start + kInterval)) return true;
  }
}

int main() {
  bool other_got = false;
  std::thread other([&] { other_got = take(1); });
  const bool main_got = take(1);
  other.join();
  assert(main_got != other_got && "one request a second");
}
