// expect: pass complete
// A temporary file through stdio, with a read that is larger than the stream's buffer.
#include <cstdio>
#include <cstring>
#include <mutex>
#include <thread>

std::mutex m;
char data[100'000];  // fread fills it directly
int done = 0;

int main() {
  std::thread t([] {
    std::lock_guard lock(m);
    ++done;
  });
  std::FILE* f = std::tmpfile();
  if (!f) return 1;
  for (int i = 0; i < 10'000; ++i) std::fputs("0123456789", f);
  std::rewind(f);
  if (std::fread(data, 1, sizeof data, f) != sizeof data) return 2;
  if (data[99'999] != '9') return 3;
  std::fclose(f);
  {
    std::lock_guard lock(m);
    ++done;
  }
  t.join();
  return done == 2 ? 0 : 4;
}
