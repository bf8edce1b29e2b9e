// The lock is for the flag alone.
#include <mutex>
#include <thread>

class Service {
 public:
  Service()
      : worker_([this] {
          const std::lock_guard lock(mutex_);
          if (!stopping_) ++rounds_;
        }) {}
  void stop() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    worker_.join();
  }

 private:
  std::mutex mutex_;
  bool stopping_ = false;
  int rounds_ = 0;
  std::thread worker_;
};

int main() {
  Service service;
  service.stop();
}
