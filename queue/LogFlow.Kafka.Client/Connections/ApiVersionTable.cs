using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Kafka.Client;

/// <summary>Which versions of each API the broker at the other end of a connection speaks (KIP-35).</summary>
internal sealed class ApiVersionTable
{
    private readonly Dictionary<short, (short Min, short Max)> _ranges = [];

    public ApiVersionTable(ApiVersionsResponse response)
    {
        foreach (var api in response.ApiKeys)
        {
            _ranges[(short)api.ApiKey] = (api.MinVersion, api.MaxVersion);
        }
    }

    public bool Supports<TRequest, TResponse>(short versionMax = short.MaxValue)
        where TRequest : IKafkaRequest<TRequest, TResponse>
        where TResponse : IKafkaMessage<TResponse> =>
        TryNegotiate(TRequest.ApiKey, TRequest.MinVersion, Math.Min(versionMax, TRequest.MaxVersion), out _);

    /// <summary>The highest version that both sides speak.</summary>
    /// <exception cref="KafkaException">There is none.</exception>
    public short Negotiate<TRequest, TResponse>(short versionMax = short.MaxValue)
        where TRequest : IKafkaRequest<TRequest, TResponse>
        where TResponse : IKafkaMessage<TResponse>
    {
        var max = Math.Min(versionMax, TRequest.MaxVersion);
        if (TryNegotiate(TRequest.ApiKey, TRequest.MinVersion, max, out var version))
        {
            return version;
        }

        throw new KafkaException(
            ErrorCode.UnsupportedVersion,
            $"The broker and this client have no version of {TRequest.ApiKey} in common: this client speaks " +
            $"{TRequest.MinVersion} to {max}, the broker {Describe(TRequest.ApiKey)}.");
    }

    private bool TryNegotiate(ApiKey apiKey, short min, short max, out short version)
    {
        version = -1;
        if (!_ranges.TryGetValue((short)apiKey, out var range))
        {
            return false;
        }

        version = Math.Min(range.Max, max);
        return version >= Math.Max(range.Min, min);
    }

    private string Describe(ApiKey apiKey) =>
        _ranges.TryGetValue((short)apiKey, out var range) ? $"{range.Min} to {range.Max}" : "none";
}
