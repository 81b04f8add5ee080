using System.Globalization;
using System.Text.Json;
using LogFlow.Platform;

namespace LogFlow.Appliance;

/// <summary>
/// The states of all alerts in one file of the data folder, replaced whole: after a crash either the old or the new
/// one is there.
/// </summary>
internal sealed class AlertStateFile(string dataFolder, TimeProvider time)
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Where it is.</summary>
    public string Path { get; } = System.IO.Path.Combine(dataFolder, "alerts", "state.json");

    /// <summary>Reads it; empty where there is none.</summary>
    /// <param name="damage">Where a file that cannot be read was kept, and why it cannot; null: nothing is damaged.
    /// </param>
    /// <exception cref="IOException">The device refuses.</exception>
    public Dictionary<string, AlertState> Load(out string? damage)
    {
        damage = null;
        try
        {
            return Read();
        }
        catch (FileNotFoundException)
        {
            return [];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
        catch (JsonException error)
        {
            var copy = string.Create(
                CultureInfo.InvariantCulture, $"{Path}.damaged-{time.GetUtcNow():yyyyMMdd'T'HHmmss'Z'}");
            File.Move(Path, copy, overwrite: true);
            damage = $"{Path} cannot be read ({error.Message}); it is kept as {copy}";
            return [];
        }
    }

    /// <summary>Reads it.</summary>
    /// <exception cref="JsonException">It is damaged.</exception>
    public Dictionary<string, AlertState> Read()
    {
        var content = File.ReadAllBytes(Path);
        var states = JsonSerializer.Deserialize<Dictionary<string, AlertState>>(content, Format)
            ?? throw new JsonException("it holds nothing");
        return states.All(static entry => entry.Value?.Pending is not null)
            ? states
            : throw new JsonException("an alert in it has no state");
    }

    /// <summary>Replaces it.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Save(IReadOnlyDictionary<string, AlertState> states)
    {
        PrivateFiles.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
        DurableFile.Replace(Path, JsonSerializer.SerializeToUtf8Bytes(states, Format));
    }
}
