using System.Buffers;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace LogFlow.Queue.Storage;

/// <summary>
/// What a topic is: the file <c>topic</c> in the topic's folder (see ChecksummedFile; the payload is JSON), and a copy
/// of it, <c>topic.copy</c>, that is read where the first is damaged.
/// </summary>
/// <param name="Name">The topic's name.</param>
/// <param name="Id">The topic's id.</param>
/// <param name="PartitionCount">Number of partitions.</param>
/// <param name="Overrides">Own settings.</param>
internal sealed partial record TopicManifest(
    string Name, Guid Id, int PartitionCount, IReadOnlyDictionary<string, string> Overrides)
{
    private const string FileName = "topic";
    private const string CopyName = "topic.copy";

    /// <summary>Null where the folder has none: a topic whose creation a crash cut off.</summary>
    /// <exception cref="InvalidDataException">Both files are damaged.</exception>
    public static TopicManifest? Load(IFileSystem files, string directory, ILogger logger)
    {
        var path = Path.Combine(directory, FileName);
        try
        {
            return ChecksummedFile.Read(files, path) is { } payload ? Parse(payload) : null;
        }
        catch (InvalidDataException error)
        {
            Log.CopyUsed(logger, error, path);
            var copy = ChecksummedFile.Read(files, Path.Combine(directory, CopyName))
                ?? throw new InvalidDataException($"{path} is damaged and has no copy", error);
            var manifest = Parse(copy);
            ChecksummedFile.Replace(files, path, copy);
            return manifest;
        }
    }

    public void Save(IFileSystem files, string directory)
    {
        var writer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(writer))
        {
            json.WriteStartObject();
            json.WriteString("name", Name);
            json.WriteString("id", Id);
            json.WriteNumber("partitions", PartitionCount);
            json.WriteStartObject("config");
            foreach (var (key, value) in Overrides)
            {
                json.WriteString(key, value);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        ChecksummedFile.Replace(files, Path.Combine(directory, FileName), writer.WrittenSpan);
        ChecksummedFile.Replace(files, Path.Combine(directory, CopyName), writer.WrittenSpan);
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
                    property => property.Name, property => property.Value.GetString()!));
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or FormatException
            or InvalidOperationException)
        {
            throw new InvalidDataException("topic manifest is not understood", error);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2070, LogLevel.Error, "{Path} is damaged; its copy is used.")]
        public static partial void CopyUsed(ILogger logger, Exception error, string path);
    }
}
