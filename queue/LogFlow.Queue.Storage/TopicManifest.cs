using System.Buffers;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace LogFlow.Queue.Storage;

/// <summary>
/// What a topic is: the file <c>topic</c> in the topic's folder (see ChecksummedFile; the payload is JSON), and a copy
/// of it, <c>topic.copy</c>. The newer of the two counts, and the pair is mended at every start.
/// </summary>
/// <param name="Name">The topic's name.</param>
/// <param name="Id">The topic's id.</param>
/// <param name="PartitionCount">Number of partitions.</param>
/// <param name="Overrides">Own settings.</param>
/// <param name="Version">Counts the changes; 0 in files of before it was.</param>
internal sealed partial record TopicManifest(
    string Name, Guid Id, int PartitionCount, IReadOnlyDictionary<string, string> Overrides, long Version)
{
    private const string FileName = "topic";
    private const string CopyName = "topic.copy";

    /// <summary>Null where the folder has neither file.</summary>
    /// <exception cref="InvalidDataException">None can be read, and there is one.</exception>
    public static TopicManifest? Load(IFileSystem files, string directory, ILogger logger)
    {
        var path = Path.Combine(directory, FileName);
        var copyPath = Path.Combine(directory, CopyName);
        var main = TryRead(files, path, out var damage);
        var copy = TryRead(files, copyPath, out var copyDamage);
        if (main is null && copy is null)
        {
            return (damage ?? copyDamage) is { } error
                ? throw new InvalidDataException($"{path} is damaged and has no copy", error)
                : null;
        }

        var best = copy is null || (main is not null && main.Version >= copy.Version) ? main! : copy;
        if (main is null || main.Version < best.Version)
        {
            Log.CopyUsed(logger, damage, path);
            best.Save(files, directory);
        }
        else if (copy is null || copy.Version < best.Version)
        {
            Log.CopyMended(logger, copyDamage, copyPath);
            best.Save(files, directory);
        }

        return best;
    }

    /// <summary>Of a topic that nobody knows yet: both files with one sync of their folder.</summary>
    public void SaveNew(IFileSystem files, string directory)
    {
        var content = Write();
        ChecksummedFile.Place(files, Path.Combine(directory, FileName), content);
        ChecksummedFile.Place(files, Path.Combine(directory, CopyName), content);
        files.SyncDirectory(directory);
    }

    public void Save(IFileSystem files, string directory)
    {
        var content = Write();
        ChecksummedFile.Replace(files, Path.Combine(directory, FileName), content);
        ChecksummedFile.Replace(files, Path.Combine(directory, CopyName), content);
    }

    private ReadOnlySpan<byte> Write()
    {
        var writer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(writer))
        {
            json.WriteStartObject();
            json.WriteString("name", Name);
            json.WriteString("id", Id);
            json.WriteNumber("partitions", PartitionCount);
            json.WriteNumber("version", Version);
            json.WriteStartObject("config");
            foreach (var (key, value) in Overrides)
            {
                json.WriteString(key, value);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        return writer.WrittenSpan;
    }

    private static TopicManifest? TryRead(IFileSystem files, string path, out InvalidDataException? damage)
    {
        damage = null;
        try
        {
            return ChecksummedFile.Read(files, path) is { } payload ? Parse(payload) : null;
        }
        catch (InvalidDataException error)
        {
            damage = error;
            return null;
        }
    }

    private static TopicManifest Parse(byte[] payload)
    {
        try
        {
            using var json = JsonDocument.Parse(payload);
            var root = json.RootElement;
            return new TopicManifest(
                root.GetProperty("name").GetString()!,
                root.GetProperty("id").GetGuid(),
                root.GetProperty("partitions").GetInt32(),
                root.GetProperty("config").EnumerateObject().ToDictionary(
                    property => property.Name, property => property.Value.GetString()!),
                root.TryGetProperty("version", out var version) ? version.GetInt64() : 0);
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or FormatException
            or InvalidOperationException)
        {
            throw new InvalidDataException("topic manifest is not understood", error);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2070, LogLevel.Error, "{Path} is missing, damaged or older than its copy; the copy is used.")]
        public static partial void CopyUsed(ILogger logger, Exception? error, string path);

        [LoggerMessage(2071, LogLevel.Warning, "{Path} is missing, damaged or old; it is made again.")]
        public static partial void CopyMended(ILogger logger, Exception? error, string path);
    }
}
