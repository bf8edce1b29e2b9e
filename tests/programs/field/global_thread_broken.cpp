// expect: fail kind=data-race|use-after-free|deadlock|crash|lock-misuse
// The thread of a global uses another global that is destroyed first (it was constructed later).
#include <atomic>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

extern std::vector<std::string> lines;
static std::mutex lines_mutex;

class Service {
 public:
  ~Service() { thread_.join(); }
  void start() {
    thread_ = std::thread([] {
      std::lock_guard lock(lines_mutex);
      lines.push_back("a line that is long enough for the heap");
    });
  }

 private:
  std::thread thread_;
};

static Service service;
std::vector<std::string> lines;

int main() { service.start(); }
