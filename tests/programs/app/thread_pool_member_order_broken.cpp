// expect: fail kind=data-race
// The worker is declared, and so started, before the flag that it reads is initialised.
#include <atomic>
#include <thread>

class Service {
 public:
  Service() : worker_([this] { seen_ = enabled_; }) {}
  ~Service() { worker_.join(); }

 private:
  bool seen_ = false;
  std::thread worker_;
  bool enabled_ = true;
};

int main() { Service s; }
