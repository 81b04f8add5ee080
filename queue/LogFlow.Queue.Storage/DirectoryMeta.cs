using System.Buffers.Binary;

namespace LogFlow.Queue.Storage;

/// <summary>
/// The file <c>meta</c> and its copy <c>meta.copy</c> (see ChecksummedFile), written at every start:
/// <code>
///  0 16  cluster id
/// 16  4  leader epoch
/// 20  8  start number: counts the starts; absent in files of before it was
/// 28 16  id of the machine's boot; zero where it is not known
/// </code>
/// The start number also stands in the checkpoint and in clean-shutdown, so that an older copy of either is recognised.
/// </summary>
internal readonly record struct DirectoryMeta(Guid ClusterId, int LeaderEpoch, long StartNumber, Guid BootId)
{
    private const int FormerSize = 20;
    private const int Size = 44;

    /// <summary>Null where there is no such file.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static DirectoryMeta? Read(IFileSystem files, string path)
    {
        if (ChecksummedFile.Read(files, path) is not { } payload)
        {
            return null;
        }

        if (payload.Length is not (FormerSize or Size))
        {
            throw new InvalidDataException($"{path} has an unknown size");
        }

        var clusterId = new Guid(payload.AsSpan(0, 16), bigEndian: true);
        var epoch = BinaryPrimitives.ReadInt32BigEndian(payload.AsSpan(16));
        return payload.Length == FormerSize
            ? new DirectoryMeta(clusterId, epoch, 0, Guid.Empty)
            : new DirectoryMeta(
                clusterId,
                epoch,
                BinaryPrimitives.ReadInt64BigEndian(payload.AsSpan(20)),
                new Guid(payload.AsSpan(28, 16), bigEndian: true));
    }

    public void Write(IFileSystem files, string path)
    {
        var payload = new byte[Size];
        ClusterId.TryWriteBytes(payload, bigEndian: true, out _);
        BinaryPrimitives.WriteInt32BigEndian(payload.AsSpan(16), LeaderEpoch);
        BinaryPrimitives.WriteInt64BigEndian(payload.AsSpan(20), StartNumber);
        BootId.TryWriteBytes(payload.AsSpan(28), bigEndian: true, out _);
        ChecksummedFile.Replace(files, path, payload);
    }
}
