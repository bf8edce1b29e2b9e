// Nothing is held while the queue may put the thread to sleep.
#include <cassert>
#include <condition_variable>
#include <mutex>
#include <thread>

class Queue {
 public:
  void put() {
    const std::lock_guard lock(mutex_);
    ++items_;
    not_empty_.notify_one();
  }
  void take() {
    std::unique_lock lock(mutex_);
    not_empty_.wait(lock, [this] { return items_ > 0; });  // releases mutex_, and nothing else
    --items_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable not_empty_;
  int items_ = 0;
};

class Mailbox {
 public:
  void deliver() {
    const std::lock_guard lock(mutex_);
    ++delivered_;
    queue_.put();
  }
  void fetch() {
    queue_.take();
    const std::lock_guard lock(mutex_);
    ++fetched_;
  }
  int delivered() {
    const std::lock_guard lock(mutex_);
    return delivered_;
  }

 private:
  std::mutex mutex_;
  int delivered_ = 0, fetched_ = 0;
  Queue queue_;
};

int main() {
  Mailbox mailbox;
  std::thread reader([&] { mailbox.fetch(); });
  mailbox.deliver();
  reader.join();
  assert(mailbox.delivered() == 1);
}
