using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue;

/// <summary>A guard of typed messages.</summary>
/// <param name="needs">What the API needs, for people.</param>
/// <param name="admit">
/// Takes out of a request what the client may not do, and says what the answer says of that.
/// </param>
internal sealed class ApiGuard<TRequest, TResponse>(
    string needs, Func<TRequest, RequestAccess, short, Admission<TResponse>> admit)
    : ApiGuard(TRequest.ApiKey, needs)
    where TRequest : IKafkaRequest<TRequest, TResponse>
    where TResponse : class, IKafkaMessage<TResponse>
{
    public Admission<TResponse> Admit(TRequest request, RequestAccess access, short version) =>
        admit(request, access, version);
}
