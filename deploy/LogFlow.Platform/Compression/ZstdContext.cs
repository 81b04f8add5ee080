using System.Runtime.InteropServices;

namespace LogFlow.Platform;

/// <summary>A context of zstd in unmanaged memory; freed at the latest when its thread is gone.</summary>
internal sealed class ZstdContext : SafeHandle
{
    private readonly ZstdCodec _codec;
    private readonly bool _compresses;

    public ZstdContext(ZstdCodec codec, nint context, bool compresses)
        : base(0, ownsHandle: true)
    {
        if (context == 0)
        {
            throw new OutOfMemoryException($"{codec.Name} could not allocate a context");
        }

        _codec = codec;
        _compresses = compresses;
        SetHandle(context);
    }

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        _codec.Free(handle, _compresses);
        return true;
    }
}
