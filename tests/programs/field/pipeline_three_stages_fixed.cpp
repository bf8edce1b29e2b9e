// expect: pass
// Three stages with closable bounded channels of unique_ptr.
#include <cassert>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

template <typename T>
class Channel {
 public:
  explicit Channel(size_t limit) : limit_(limit) {}
  bool send(T v) {
    std::unique_lock lock(mutex_);
    space_.wait(lock, [this] { return closed_ || items_.size() < limit_; });
    if (closed_) return false;
    items_.push_back(std::move(v));
    data_.notify_one();
    return true;
  }
  std::optional<T> receive() {
    std::unique_lock lock(mutex_);
    data_.wait(lock, [this] { return closed_ || !items_.empty(); });
    if (items_.empty()) return std::nullopt;
    T v = std::move(items_.front());
    items_.pop_front();
    space_.notify_one();
    return v;
  }
  void close() {
    std::lock_guard lock(mutex_);
    closed_ = true;
    data_.notify_all();
    space_.notify_all();
  }

 private:
  const size_t limit_;
  std::mutex mutex_;
  std::condition_variable space_, data_;
  std::deque<T> items_;
  bool closed_ = false;
};

int main() {
  Channel<std::unique_ptr<int>> numbers(1);
  Channel<std::string> texts(1);
  std::thread source([&] {
    for (int i = 1; i <= 2; ++i) numbers.send(std::make_unique<int>(i));
    numbers.close();
  });
  std::thread convert([&] {
    while (auto n = numbers.receive()) texts.send("number " + std::to_string(**n) + " of a longish text");
    texts.close();
  });
  std::string all;
  while (auto t = texts.receive()) all += *t;
  source.join();
  convert.join();
  assert(all.find("number 1") < all.find("number 2"));
}
