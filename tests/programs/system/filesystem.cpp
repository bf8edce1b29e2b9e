// expect: pass complete
// Directories are made, listed and removed.
#include <stdlib.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

namespace fs = std::filesystem;

std::atomic<int> found{0};

int main() {
  char name[] = "/tmp/lockstep-corpus-XXXXXX";
  if (!mkdtemp(name)) return 1;
  std::ofstream(fs::path(name) / "a") << "text";
  std::thread t([&] {
    for (const auto& entry : fs::directory_iterator(name)) found += static_cast<int>(entry.file_size());
  });
  t.join();
  fs::remove_all(name);
  return found == 4 ? 0 : 2;
}
