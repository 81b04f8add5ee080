namespace LogFlow.Agent;

/// <summary>What Docker's <c>config.v2.json</c> says of containers; kept for a minute.</summary>
internal sealed class DockerContainers
{
    private const int KeptMax = 4096;
    private static readonly TimeSpan KeptFor = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (EventObject? Found, long At)> _known = new(StringComparer.Ordinal);

    /// <summary>Name, image and labels; null where Docker's file is not there, or may not be read.</summary>
    public EventObject? Find(string folder, string id, bool dedot)
    {
        lock (_lock)
        {
            if (_known.TryGetValue(id, out var known) && TimeProvider.System.GetElapsedTime(known.At) < KeptFor)
            {
                return known.Found;
            }

            if (_known.Count >= KeptMax)
            {
                _known.Clear();
            }

            var found = Read(Path.Combine(folder, "config.v2.json"), dedot)?.Freeze();
            _known[id] = (found, TimeProvider.System.GetTimestamp());
            return found;
        }
    }

    /// <summary>Reads one container's file.</summary>
    public static EventObject? Read(string path, bool dedot)
    {
        byte[] json;
        try
        {
            json = File.ReadAllBytes(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Docker's folder is root's alone: the id is what there is.
            return null;
        }

        if (!FieldJson.TryRead(json, out var value, out _) || value is not EventObject document)
        {
            return null;
        }

        var container = new EventObject();
        if (EventPath.TryGet(document, "Name", out var name) && name is string text)
        {
            container.Set("name", text.TrimStart('/'));
        }

        if (EventPath.TryGet(document, "Config.Image", out var image) && image is string imageName)
        {
            var made = new EventObject(2);
            made.Set("name", imageName);
            container.Set("image", made);
        }

        if (EventPath.TryGet(document, "Config.Labels", out var labels) && labels is EventObject { Count: > 0 } all)
        {
            var made = new EventObject(all.Count);
            for (var index = 0; index < all.Count; index++)
            {
                made.Set(
                    dedot ? all.NameAt(index).Replace('.', '_') : all.NameAt(index), all.ValueAt(index));
            }

            container.Set("labels", made);
        }

        return container;
    }
}
