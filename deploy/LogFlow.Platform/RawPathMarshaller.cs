using System.Runtime.InteropServices;
using System.Runtime.InteropServices.Marshalling;

namespace LogFlow.Platform;

/// <summary>Gives a path to the C library as the bytes that it stands for (<see cref="RawPath"/>).</summary>
[CustomMarshaller(typeof(string), MarshalMode.ManagedToUnmanagedIn, typeof(RawPathMarshaller))]
internal static unsafe class RawPathMarshaller
{
    public static byte* ConvertToUnmanaged(string? path)
    {
        var bytes = RawPath.Encode(path ?? "");
        var native = (byte*)NativeMemory.Alloc((nuint)bytes.Length + 1);
        bytes.CopyTo(new Span<byte>(native, bytes.Length));
        native[bytes.Length] = 0;
        return native;
    }

    public static void Free(byte* native) => NativeMemory.Free(native);
}
