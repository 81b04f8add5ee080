using System.Globalization;
using System.Security.Cryptography;

namespace LogFlow.Agent;

/// <summary>
/// The positions of a Filebeat that read these files before, for inputs that the agent starts for the first time.
/// </summary>
internal sealed class FilebeatPositions
{
    private static readonly string[] StreamSuffixes = ["-stdout", "-stderr"];

    private readonly Dictionary<string, List<FilebeatState>> _byIdentity;

    private FilebeatPositions(string place, IReadOnlyList<FilebeatState> states)
    {
        Place = place;
        Count = states.Count;
        _byIdentity = states.GroupBy(static state => WithoutStream(state.Identity))
            .ToDictionary(static group => group.Key, static group => group.ToList(), StringComparer.Ordinal);
    }

    /// <summary>Where the registry lies.</summary>
    public string Place { get; }

    /// <summary>How many files it has.</summary>
    public int Count { get; }

    /// <summary>Reads a registry; null where none is there.</summary>
    /// <param name="path">A registry, or the data folder of a Filebeat.</param>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static FilebeatPositions? TryRead(string path) =>
        FilebeatRegistry.Find(path) is { } place
            ? new FilebeatPositions(place, FilebeatRegistry.Read(place))
            : null;

    /// <summary>How far a file was read for an input; null where it was not.</summary>
    /// <param name="input">The input.</param>
    /// <param name="path">Where the file lies.</param>
    /// <param name="identity">Its identity.</param>
    /// <param name="file">The file, open.</param>
    public FilebeatState? Find(InputConfig input, string path, FileIdentity identity, ILogFile file)
    {
        List<string> names = [NativeOf(identity), $"path::{path}"];
        if (FingerprintOf(input, file) is { } fingerprint)
        {
            names.Insert(1, fingerprint);
        }

        return names
            .SelectMany(name => _byIdentity.TryGetValue(name, out var states) ? states : [])
            .Where(state => IsFor(state, input) && !IsOlderThan(state, identity))
            .OrderByDescending(static state => state.Offset)
            .FirstOrDefault();
    }

    /// <summary>A filestream input continues its own; those of older inputs where <c>take_over</c> says so.</summary>
    private static bool IsFor(FilebeatState state, InputConfig input) => state.InputId is null
        ? input.TakesOver || input.Type != "filestream"
        : state.InputId == input.Id || (input.TakesOver && input.TakeOverIds.Contains(state.InputId));

    /// <summary>The inode was given to a file that was made later.</summary>
    private static bool IsOlderThan(FilebeatState state, FileIdentity identity) =>
        state.Identity.StartsWith("native::", StringComparison.Ordinal)
        && identity.BirthNs > 0
        && state.UpdatedAt is { } updated
        && identity.BirthNs / 1_000_000_000 > updated.ToUnixTimeSeconds() + 1;

    /// <summary>Filebeat writes the device as the kernel's dev_t.</summary>
    internal static string NativeOf(FileIdentity identity)
    {
        var (major, minor) = (identity.Device >> 32, identity.Device & 0xFFFFFFFF);
        var device = ((major & 0xFFF) << 8) | ((major & ~0xFFFUL) << 32) | (minor & 0xFF) | ((minor & ~0xFFUL) << 12);
        return string.Create(CultureInfo.InvariantCulture, $"native::{identity.Inode}-{device}");
    }

    private static string? FingerprintOf(InputConfig input, ILogFile file)
    {
        var head = new byte[(int)Math.Clamp(input.FingerprintLength.Bytes, 64, 1 << 20)];
        return ContentMark.ReadFully(file, head, input.FingerprintOffset.Bytes) == head.Length
            ? $"fingerprint::{Convert.ToHexStringLower(SHA256.HashData(head))}"
            : null;
    }

    private static string WithoutStream(string identity) =>
        Array.Find(StreamSuffixes, suffix => identity.EndsWith(suffix, StringComparison.Ordinal)) is { } suffix
            ? identity[..^suffix.Length]
            : identity;
}
