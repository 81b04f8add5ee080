using System.Collections.Immutable;
using System.Text.Json;
using LogFlow.Platform;

namespace LogFlow.Store;

/// <summary>
/// Templates, policies and pipelines that clients set up, in the file <c>templates.json</c>: kept for them to read
/// back, without effect here. What was acknowledged is there after a restart. Thread-safe.
/// </summary>
internal sealed class TemplateKeeper
{
    private const string FileName = "templates.json";
    private const int CountMax = 1000;
    private const int BytesMax = 1 << 20;

    private readonly Lock _lock = new(); // Guards changes, with their write to the disk; readers ask for nothing.
    private readonly string _path;
    private ImmutableSortedDictionary<string, byte[]> _bodies;

    private TemplateKeeper(string path, ImmutableSortedDictionary<string, byte[]> bodies)
    {
        _path = path;
        _bodies = bodies;
    }

    /// <summary>Reads what a folder has; a damaged file is set aside.</summary>
    /// <param name="directory">The store's folder.</param>
    /// <param name="damage">What is wrong with the file; null: nothing.</param>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static TemplateKeeper Load(string directory, out string? damage)
    {
        var path = Path.Combine(directory, FileName);
        var bodies = ImmutableSortedDictionary.Create<string, byte[]>(StringComparer.Ordinal);
        damage = null;
        if (File.Exists(path))
        {
            try
            {
                using var json = JsonDocument.Parse(File.ReadAllBytes(path));
                bodies = bodies.AddRange(json.RootElement.EnumerateObject().Select(property =>
                    KeyValuePair.Create(property.Name, JsonSerializer.SerializeToUtf8Bytes(property.Value))));
            }
            catch (Exception error) when (error is JsonException or InvalidOperationException or ArgumentException)
            {
                File.Move(path, path + ".corrupt", overwrite: true);
                damage = error.Message;
            }
        }

        return new TemplateKeeper(path, bodies);
    }

    /// <summary>The names of a kind, with their bodies, in order of name.</summary>
    /// <param name="kind">Such as <c>_index_template</c>.</param>
    /// <param name="pattern">A name, or a pattern of names.</param>
    public IEnumerable<(string Name, byte[] Body)> Find(string kind, string pattern)
    {
        foreach (var (key, body) in Volatile.Read(ref _bodies))
        {
            var name = key.StartsWith(kind + "/", StringComparison.Ordinal) ? key[(kind.Length + 1)..] : null;
            if (name is not null && SimplePattern.Matches(pattern, name))
            {
                yield return (name, body);
            }
        }
    }

    /// <exception cref="QueryException">It is no JSON object, or there are too many.</exception>
    /// <exception cref="IOException">It cannot be made durable.</exception>
    public void Put(string kind, string name, ReadOnlyMemory<byte> body)
    {
        using var json = SearchEndpoint.Parse(body) ?? throw QueryException.Parsing("request body is required");
        Json.Object(json.RootElement, kind);
        lock (_lock)
        {
            if (_bodies.Count >= CountMax || body.Length > BytesMax)
            {
                throw new QueryException("illegal_argument_exception",
                    $"the store keeps {CountMax} templates and policies of at most {BytesMax} bytes each");
            }

            Save(_bodies.SetItem($"{kind}/{name}", JsonSerializer.SerializeToUtf8Bytes(json.RootElement)));
        }
    }

    /// <returns>False: there is none of that name.</returns>
    /// <exception cref="IOException">It cannot be made durable.</exception>
    public bool Remove(string kind, string name)
    {
        lock (_lock)
        {
            var rest = _bodies.Remove($"{kind}/{name}");
            if (ReferenceEquals(rest, _bodies))
            {
                return false;
            }

            Save(rest);
            return true;
        }
    }

    private void Save(ImmutableSortedDictionary<string, byte[]> bodies)
    {
        var output = new System.Buffers.ArrayBufferWriter<byte>(4096);
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            foreach (var (key, body) in bodies)
            {
                json.WritePropertyName(key);
                json.WriteRawValue(body);
            }

            json.WriteEndObject();
        }

        DurableFile.Replace(_path, output.WrittenSpan);
        Volatile.Write(ref _bodies, bodies);
    }
}
