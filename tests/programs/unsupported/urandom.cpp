// expect: unsupported
// The program reads true random numbers.
#include <cstdio>
#include <thread>

int main() {
  unsigned char byte = 0;
  std::thread t([&] {
    std::FILE* f = std::fopen("/dev/urandom", "rb");
    if (std::fread(&byte, 1, 1, f) != 1) byte = 0;
    std::fclose(f);
  });
  t.join();
}
