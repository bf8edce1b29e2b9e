// Nobody enters the next molecule before this one is complete.
#include <cassert>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

std::mutex mutex;
std::condition_variable changed;
int hydrogens = 0, oxygens = 0;  // in the current molecule
std::string output;

void bond(char atom) {
  output += atom;
  if (hydrogens < 2 || oxygens < 1) return;
  const std::string molecule = output.substr(output.size() - 3);
  assert(molecule.find('O') != std::string::npos && molecule.find('O') == molecule.rfind('O') && "HHO in some order");
  hydrogens = oxygens = 0;
  changed.notify_all();
}

void hydrogen() {
  std::unique_lock lock(mutex);
  changed.wait(lock, [] { return hydrogens < 2; });
  ++hydrogens;
  bond('H');
}

void oxygen() {
  std::unique_lock lock(mutex);
  changed.wait(lock, [] { return oxygens < 1; });
  ++oxygens;
  bond('O');
}

int main() {
  auto twice = [](void (*atom)()) {
    atom();
    atom();
  };
  std::thread a(twice, hydrogen), b(twice, hydrogen);
  twice(oxygen);
  a.join();
  b.join();
  assert(output.size() == 6 && "two molecules");
}
