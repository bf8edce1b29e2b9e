// The pool lends the connection itself, and the smart pointer's deleter brings it back.
#include <cassert>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

struct Connection {
  int queries = 0;
};

class Pool {
 public:
  explicit Pool(Connection* connection) : free_{connection} {}
  auto lend() {
    std::unique_lock lock(mutex_);
    given_back_.wait(lock, [this] { return !free_.empty(); });
    const auto give_back = [this](Connection* c) {
      const std::lock_guard guard(mutex_);
      free_.push_back(c);
      given_back_.notify_one();
    };
    Connection* c = free_.back();
    free_.pop_back();
    return std::unique_ptr<Connection, decltype(give_back)>(c, give_back);
  }

 private:
  std::mutex mutex_;
  std::condition_variable given_back_;
  std::vector<Connection*> free_;
};

int main() {
  Connection only;
  Pool pool(&only);
  const auto request = [&](bool valid) {
    try {
      const auto connection = pool.lend();
      if (!valid) throw std::invalid_argument("syntax error");
      ++connection->queries;
    } catch (const std::invalid_argument&) {
    }
  };
  std::thread bad(request, false), good(request, true);
  bad.join();
  good.join();
  assert(only.queries == 1);
}
