// expect: pass
// An actor with a mailbox of std::variant messages and a poison pill.
#include <cassert>
#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>
#include <thread>
#include <variant>

struct Deposit {
  int amount;
};
struct Query {
  std::promise<int> reply;
};
struct Stop {};
using Message = std::variant<Deposit, Query, Stop>;

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};

class Account {
 public:
  Account() : thread_([this] { loop(); }) {}
  ~Account() {
    send(Stop{});
    thread_.join();
  }
  void send(Message m) {
    std::lock_guard lock(mutex_);
    mailbox_.push_back(std::move(m));
    condition_.notify_one();
  }

 private:
  void loop() {
    for (bool running = true; running;) {
      std::unique_lock lock(mutex_);
      condition_.wait(lock, [this] { return !mailbox_.empty(); });
      Message m = std::move(mailbox_.front());
      mailbox_.pop_front();
      lock.unlock();
      std::visit(Overloaded{[&](Deposit& d) { balance_ += d.amount; }, [&](Query& q) { q.reply.set_value(balance_); },
                            [&](Stop&) { running = false; }},
                 m);
    }
  }
  std::mutex mutex_;
  std::condition_variable condition_;
  std::deque<Message> mailbox_;
  int balance_ = 0;
  std::thread thread_;
};

int main() {
  Account account;
  std::thread other([&] { account.send(Deposit{5}); });
  account.send(Deposit{10});
  other.join();
  Query q;
  auto answer = q.reply.get_future();
  account.send(std::move(q));
  assert(answer.get() == 15);
}
