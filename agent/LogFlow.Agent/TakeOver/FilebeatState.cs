namespace LogFlow.Agent;

/// <summary>How far a Filebeat had read a file.</summary>
/// <param name="InputId">The id of the filestream input that read it; null: an input of type log.</param>
/// <param name="Identity">
/// By what it was known: <c>native::INODE-DEVICE</c>, <c>fingerprint::HEX</c>, <c>path::PATH</c>.
/// </param>
/// <param name="Source">Where it was last seen.</param>
/// <param name="Offset">Everything before this byte was acknowledged.</param>
/// <param name="UpdatedAt">When that was; null: not known.</param>
internal sealed record FilebeatState(
    string? InputId, string Identity, string Source, long Offset, DateTimeOffset? UpdatedAt);
