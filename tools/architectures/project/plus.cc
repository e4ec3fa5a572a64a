#include <map>
#include <stdexcept>
#include <string>
#include <vector>

// As many strings as asked for, and the letters of an exception that was caught.
extern "C" int answer(int number) {
  std::map<std::string, int> places;
  std::vector<std::string> names;
  for (int i = 0; i < number; i++) {
    names.push_back(std::to_string(i));
    places[names.back()] = i;
  }
  try {
    throw std::runtime_error("thirty letters and two, exactly!");
  } catch (const std::exception &error) {
    return static_cast<int>(places.size() + std::string(error.what()).size());
  }
}
