/*!
 * The library's only border. Plain C: no C++ type and no exception crosses it, so that it doesn't matter which
 * compiler and which C++ library are on the other side.
 *
 * Functions return 0 on success, and -1 on failure; SDGetLastError then says why.
 */
#ifndef SIMPLEDET_C_API_H_
#define SIMPLEDET_C_API_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define SD_API __attribute__((visibility("default")))
#else
#define SD_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/*! A feature that the library was or wasn't built with; the layout is MXNet's. */
struct LibFeature {
  const char* name;
  bool enabled;
};

/*! A dense tensor of 32 bit floats in row-major order. */
typedef struct SDTensor* SDTensorHandle;

/*! A block of bytes. */
typedef struct SDBuffer* SDBufferHandle;

/*! Why the last call of this thread failed. Valid until the thread's next call. */
SD_API const char* SDGetLastError(void);

/*! What the library was built with. The list belongs to the library. */
SD_API int MXLibInfoFeatures(const struct LibFeature** features, size_t* size);

/*! The names of all operators, in alphabetical order. The list belongs to the library. */
SD_API int SDListOperators(const char* const** names, size_t* size);

/*! Makes a tensor by copying `data`, which holds as many floats as the shape says. */
SD_API int SDTensorCreate(const float* data, const int64_t* shape, size_t dimensions, SDTensorHandle* out);
SD_API int SDTensorShape(SDTensorHandle tensor, const int64_t** shape, size_t* dimensions);
SD_API int SDTensorData(SDTensorHandle tensor, const float** data, size_t* size);
SD_API void SDTensorFree(SDTensorHandle tensor);

/*! Runs an operator. Parameters are named numbers; those that aren't given have the operator's defaults. */
SD_API int SDInvoke(const char* name, const SDTensorHandle* inputs, size_t num_inputs, const char* const* keys,
                    const double* values, size_t num_parameters, SDTensorHandle* out);

/*! Serializes a tensor, compressed by Snappy. */
SD_API int SDTensorSave(SDTensorHandle tensor, SDBufferHandle* out);
SD_API int SDTensorLoad(const char* bytes, size_t size, SDTensorHandle* out);
SD_API int SDBufferBytes(SDBufferHandle buffer, const char** bytes, size_t* size);
SD_API void SDBufferFree(SDBufferHandle buffer);

#ifdef __cplusplus
}
#endif

#endif  // SIMPLEDET_C_API_H_
