/** What costs nothing while nothing comes, by type. */
const free: ReadonlySet<string> = new Set([
  ...["AWS::EC2::FlowLog", "AWS::EC2::InternetGateway", "AWS::EC2::Route", "AWS::EC2::RouteTable"],
  // The gateway that leads out by IPv6 alone has no price by the hour.
  ...["AWS::EC2::EgressOnlyInternetGateway", "AWS::EC2::VPCCidrBlock", "AWS::EC2::VPCGatewayAttachment"],
  ...["AWS::EC2::SecurityGroup", "AWS::EC2::SecurityGroupEgress", "AWS::EC2::SecurityGroupIngress"],
  ...["AWS::EC2::Subnet", "AWS::EC2::SubnetRouteTableAssociation", "AWS::EC2::VPC"],
  "AWS::ECS::Cluster",
  // Part of the load balancer's price.
  ...["AWS::ElasticLoadBalancingV2::Listener", "AWS::ElasticLoadBalancingV2::TargetGroup"],
  // AWS's own events are free.
  "AWS::Events::Rule",
  ...["AWS::IAM::Policy", "AWS::IAM::Role"],
  // Paid by what is written into them.
  ...["AWS::Logs::LogGroup", "AWS::Logs::ResourcePolicy"],
]);

export function isFree(type: string): boolean {
  return free.has(type);
}
