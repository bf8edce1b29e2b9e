// expect: pass|fail kind=deadlock
// Connections lent out with a counting_semaphore and a mutex-protected free list.
// (libstdc++ 12 loses a wakeup in acquire(): a thread that saw the count change during its tries sleeps beside a free
// permit.)
#include <array>
#include <atomic>
#include <cassert>
#include <memory>
#include <mutex>
#include <semaphore>
#include <thread>
#include <vector>

struct Connection {
  int id = 0;
  std::atomic<bool> busy{false};
  int queries = 0;
};

class Pool {
 public:
  Pool() {
    for (int i = 0; i < 2; ++i) {
      all_.push_back(std::make_unique<Connection>());
      all_.back()->id = i;
      free_.push_back(all_.back().get());
    }
  }
  auto borrow() {
    permits_.acquire();
    std::lock_guard lock(mutex_);
    Connection* c = free_.back();
    free_.pop_back();
    return std::unique_ptr<Connection, GiveBack>(c, GiveBack{this});
  }
  int total() const {
    int n = 0;
    for (auto& c : all_) n += c->queries;
    return n;
  }

 private:
  struct GiveBack {
    Pool* pool;
    void operator()(Connection* c) const {
      {
        std::lock_guard lock(pool->mutex_);
        pool->free_.push_back(c);
      }
      pool->permits_.release();
    }
  };
  std::counting_semaphore<8> permits_{2};
  std::mutex mutex_;
  std::vector<std::unique_ptr<Connection>> all_;
  std::vector<Connection*> free_;
};

int main() {
  Pool pool;
  auto client = [&] {
    auto c = pool.borrow();
    assert(!c->busy.exchange(true));
    ++c->queries;
    c->busy = false;
  };
  std::array<std::thread, 3> threads{std::thread(client), std::thread(client), std::thread(client)};
  for (auto& t : threads) t.join();
  assert(pool.total() == 3);
}
