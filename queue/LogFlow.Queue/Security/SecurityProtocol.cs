namespace LogFlow.Queue;

/// <summary>How a listener is protected; Kafka's four.</summary>
/// <param name="Name">Kafka's name.</param>
/// <param name="UsesTls">Connections are encrypted.</param>
/// <param name="UsesSasl">Clients log in.</param>
internal sealed record SecurityProtocol(string Name, bool UsesTls, bool UsesSasl)
{
    public static SecurityProtocol Plaintext { get; } = new("PLAINTEXT", false, false);

    public static IReadOnlyList<SecurityProtocol> All { get; } =
    [
        Plaintext,
        new("SSL", true, false),
        new("SASL_PLAINTEXT", false, true),
        new("SASL_SSL", true, true),
    ];

    public static string Choices { get; } = string.Join(", ", All.Select(static protocol => protocol.Name));

    public static SecurityProtocol? Find(string name) => All.FirstOrDefault(
        protocol => string.Equals(protocol.Name, name, StringComparison.OrdinalIgnoreCase));
}
