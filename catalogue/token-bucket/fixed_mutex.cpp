// Time and tokens change together.
#include <cassert>
#include <mutex>
#include <thread>

class TokenBucket {
 public:
  bool take(int now) {
    std::lock_guard lock(mutex_);
    tokens_ += now - refilled_at_;
    refilled_at_ = now;
    if (tokens_ == 0) return false;
    --tokens_;
    return true;
  }

 private:
  std::mutex mutex_;
  int refilled_at_ = 0, tokens_ = 0;
};

TokenBucket bucket;

int main() {
  bool other_got = false;
  std::thread other([&] { other_got = bucket.take(1); });
  const bool main_got = bucket.take(1);
  other.join();
  assert(main_got != other_got && "one request a second");
}
