// Both requests find that a second has passed, and both put the token of that second into the bucket.
#include <atomic>
#include <cassert>
#include <thread>

constexpr int kNow = 1;           // one second after the start
std::atomic<int> refilled_at{0};  // the last refill
std::atomic<int> tokens{0};       // the bucket was empty then; one token a second
std::atomic<int> granted{0};

void request() {
  const int passed = kNow - refilled_at;
  if (passed > 0) {
    tokens += passed;
    refilled_at = kNow;
  }
  if (--tokens >= 0) {
    ++granted;
  } else {
    ++tokens;
  }
}

int main() {
  std::thread other(request);
  request();
  other.join();
  assert(granted <= 1 && "one request a second");
}
