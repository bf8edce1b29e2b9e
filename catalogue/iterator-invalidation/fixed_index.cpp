// operator[] looks the buffer up each time, and the bound is read each time.
#include <cassert>
#include <cstddef>
#include <thread>
#include <vector>

std::vector<int> jobs;

void run_all() {
  int done = 0;
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    ++done;
    if (jobs[i] == 1) jobs.push_back(2);
  }
  assert(done == 3 && "the follow-up ran too");
}

int main() {
  jobs = {1, 3};
  std::thread worker(run_all);
  worker.join();
}
