// expect: fail kind=deadlock pattern=lost-wakeup object=door.changed_
// Who is woken finds the door closed again, and sleeps on.
#include <condition_variable>
#include <mutex>
#include <thread>

class Door {
 public:
  void let_through() {
    std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
    open_ = false;
  }
  void pass() {
    std::unique_lock lock(mutex_);
    while (!open_) changed_.wait(lock);
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
};

int main() {
  Door door;
  std::thread visitor([&] { door.pass(); });
  door.let_through();
  visitor.join();
}
