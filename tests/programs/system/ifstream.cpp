// expect: pass complete
// A thread reads its configuration from a file with std::ifstream.
#include <fstream>
#include <mutex>
#include <string>
#include <thread>

std::mutex m;
std::string line;

int main() {
  std::thread t([] {
    std::ifstream in("/etc/passwd");
    std::lock_guard lock(m);
    std::getline(in, line);
  });
  {
    std::lock_guard lock(m);
    if (!line.empty() && line.find(':') == std::string::npos) return 1;
  }
  t.join();
  return line.find(':') == std::string::npos ? 2 : 0;
}
