// expect: fail kind=assertion|deadlock
// The permit is released before the connection is back in the list: a borrower finds the list empty.
// (libstdc++ 12's own lost wakeup may come first.)
#include <array>
#include <cassert>
#include <memory>
#include <mutex>
#include <semaphore>
#include <thread>
#include <vector>

struct Connection {
  int queries = 0;
};

class Pool {
 public:
  Pool() {
    for (int i = 0; i < 2; ++i) {
      all_.push_back(std::make_unique<Connection>());
      free_.push_back(all_.back().get());
    }
  }
  Connection* borrow() {
    permits_.acquire();
    std::lock_guard lock(mutex_);
    assert(!free_.empty());
    Connection* c = free_.back();
    free_.pop_back();
    return c;
  }
  void give_back(Connection* c) {
    permits_.release();
    std::lock_guard lock(mutex_);
    free_.push_back(c);
  }

 private:
  std::counting_semaphore<8> permits_{2};
  std::mutex mutex_;
  std::vector<std::unique_ptr<Connection>> all_;
  std::vector<Connection*> free_;
};

int main() {
  Pool pool;
  auto client = [&] {
    Connection* c = pool.borrow();
    ++c->queries;
    pool.give_back(c);
  };
  std::array<std::thread, 3> threads{std::thread(client), std::thread(client), std::thread(client)};
  for (auto& t : threads) t.join();
}
